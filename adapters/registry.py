"""Finding an adapter by name, by file or by module, without importing any other."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeGuard

from nnconform.adapters.contract import Adapter
from nnconform.spec.errors import nearest

GROUP = "nnconform.adapters"
_OURS = "nnconform.adapters."
"""Our own adapters' files have their frameworks' names, and their extras as well."""


class AdapterError(Exception):
    """An adapter that cannot be had; the message is one line that says what to do."""


class MissingError(AdapterError):
    """An adapter whose framework is not installed."""


def installed() -> Mapping[str, EntryPoint]:
    """Every registered adapter by name, unimported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def present(name: str) -> bool:
    """Whether a registered adapter's framework (or its package) looks installed, without importing it."""
    module = installed()[name].module
    needed = module.removeprefix(_OURS) if module.startswith(_OURS) else module
    try:
        return importlib.util.find_spec(needed.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def split(name: str) -> tuple[str, str]:
    """File or module, and class ('' where none is named), of `path/file.py:Class` or `package.module:Class`."""
    file, colon, attribute = name.rpartition(":")
    return (file, attribute) if colon and attribute.isidentifier() else (name, "")


def find(name: str) -> type[Adapter]:
    """The adapter class of a registered name, `path/file.py[:Class]` or `package.module:Class`."""
    known = installed()
    if name in known:
        with _importing(f"the adapter {name!r}", name if known[name].module.startswith(_OURS) else ""):
            return _checked(known[name].load(), name)
    file, attribute = split(name)
    if file.endswith(".py"):
        return _from_file(Path(file).expanduser(), attribute)
    if attribute:
        _check_module(file, name)
        with _importing(f"the adapter {name!r}"):
            return _class(_from_here(file), attribute, name)
    meant = nearest(name, [*known, *(path.name for path in Path().glob("*.py"))])
    raise AdapterError(
        f"no adapter {name!r}{meant}; known: {', '.join(known)}; "
        "or path/file.py, path/file.py:Class, package.module:Class"
    )


def check_name(name: str) -> None:
    """Raise AdapterError for what can be known to fail without importing a framework."""
    known = installed()
    file, attribute = split(name)
    if name in known:
        if not present(name):
            ours = known[name].module.startswith(_OURS)
            raise _missing(f"the adapter {name!r}", name if ours else known[name].module, name if ours else "")
    elif file.endswith(".py"):
        _check_file(Path(file).expanduser())
    elif attribute:
        _check_module(file, name)
    else:
        find(name)


def _check_module(module: str, name: str) -> None:
    if not all(part.isidentifier() for part in module.split(".")):
        raise AdapterError(f"no adapter {name!r}: say path/file.py, path/file.py:Class or package.module:Class")


def _check_file(path: Path) -> None:
    if not path.is_file():
        neighbours = [str(path.with_name(file.name)) for file in path.parent.glob("*.py")]
        raise AdapterError(f"no adapter file {str(path)!r}{nearest(str(path), neighbours)}")


def _from_here(module: str) -> ModuleType:
    """A module of what is installed, or of the folder that nnconform was started in."""
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module.partition(".")[0]:
            raise AdapterError(f"no module {error.name!r}, neither installed nor in {here}") from None
        raise
    finally:
        sys.path.remove(here)


@contextmanager
def _importing(what: str, extra: str = "") -> Iterator[None]:
    """Whatever an import raises, as one line."""
    try:
        yield
    except (AdapterError, KeyboardInterrupt):
        raise
    except ModuleNotFoundError as error:
        raise _missing(what, error.name, extra) from None
    except BaseException as error:
        raise AdapterError(f"{what} does not import: {_line(error)}") from None


def _missing(what: str, module: str | None, extra: str = "") -> AdapterError:
    package = f"'nnconform[{extra}]'" if extra else str(module).partition(".")[0]
    return MissingError(f"{what} needs {module}, which is not installed: pip install {package}")


def _from_file(path: Path, attribute: str) -> type[Adapter]:
    _check_file(path)
    full = path.resolve()
    module_name = f"nnconform_adapter_{path.stem}_{sha256(os.fsencode(full)).hexdigest()[:8]}"
    if module_name not in sys.modules:
        with _importing(f"the adapter file {path}"):
            _execute(module_name, full)
    if attribute:
        return _class(sys.modules[module_name], attribute, f"{path}:{attribute}")
    from nnconform.adapters.homework import adapter_of

    try:
        return adapter_of(sys.modules[module_name], path)
    except ValueError as error:
        raise AdapterError(str(error)) from None


def _execute(module_name: str, path: Path) -> None:
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.insert(0, str(path.parent))  # so that the file finds its neighbours
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    finally:
        sys.path.remove(str(path.parent))


def _class(module: object, attribute: str, name: str) -> type[Adapter]:
    found = getattr(module, attribute, None)
    if found is None:
        classes = [key for key, value in vars(module).items() if _is_adapter(value) and value is not Adapter]
        raise AdapterError(
            f"the adapter {name!r} has no class {attribute!r}{nearest(attribute, classes)}; "
            f"it has {', '.join(classes) or 'none'}"
        )
    return _checked(found, name)


def _checked(found: object, name: str) -> type[Adapter]:
    if _is_adapter(found):
        return found
    raise AdapterError(f"the adapter {name!r} is no subclass of nnconform.adapters.Adapter")


def _is_adapter(value: object) -> TypeGuard[type[Adapter]]:
    return isinstance(value, type) and issubclass(value, Adapter)


def _line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
