"""Finding an adapter by name, by file or by module, without importing any other."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from nnconform.adapters.contract import Adapter

GROUP = "nnconform.adapters"


class AdapterError(Exception):
    """An adapter that cannot be had; the message is one line that says what to do."""


def installed() -> Mapping[str, EntryPoint]:
    """Every registered adapter by name, unimported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def present(name: str) -> bool:
    """Whether a registered adapter's framework looks installed, without importing it."""
    module = installed()[name].module
    framework = {f"nnconform.adapters.{known}": known for known in ("numpy", "torch", "tensorflow", "jax")}.get(
        module, module
    )
    try:
        return importlib.util.find_spec(framework) is not None
    except (ImportError, ValueError):
        return False


def find(name: str) -> type[Adapter]:
    """The adapter class of a registered name, `path/file.py[:Class]` or `package.module:Class`."""
    known = installed()
    if name in known:
        return _load(name, known[name])
    file, _, attribute = name.partition(":")
    if file.endswith(".py"):
        return _from_file(Path(file), attribute)
    if attribute:
        return _class(_import(file, name), attribute, name)
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise AdapterError(
        f"no adapter {name!r}: {hint}known: {', '.join(known)}; or path/file.py, path/file.py:Class, package.module:Class"
    )


def check_name(name: str) -> None:
    """Raise AdapterError for what can be known to fail without importing a framework."""
    known = installed()
    file = name.partition(":")[0]
    if name in known:
        if not present(name):
            raise AdapterError(
                f"the adapter {name!r} needs {name}, which is not installed: pip install 'nnconform[{name}]'"
            )
    elif file.endswith(".py"):
        if not Path(file).is_file():
            raise AdapterError(f"no adapter file {file!r}")
    elif ":" not in name:
        find(name)


def _load(name: str, point: EntryPoint) -> type[Adapter]:
    try:
        found = point.load()
    except ModuleNotFoundError as error:
        raise AdapterError(
            f"the adapter {name!r} needs {error.name}, which is not installed: pip install 'nnconform[{name}]'"
        ) from None
    except Exception as error:
        raise AdapterError(f"the adapter {name!r} does not import: {_line(error)}") from None
    return _checked(found, name)


def _from_file(path: Path, attribute: str) -> type[Adapter]:
    if not path.is_file():
        raise AdapterError(f"no adapter file {str(path)!r}")
    full = path.resolve()
    module_name = f"nnconform_adapter_{path.stem}_{sha256(str(full).encode()).hexdigest()[:8]}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(module_name, full)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        sys.path.insert(0, str(full.parent))  # so that the file finds its neighbours
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            del sys.modules[module_name]
            if isinstance(error, KeyboardInterrupt):
                raise
            raise AdapterError(f"the adapter file {path} does not import: {_line(error)}") from None
        finally:
            sys.path.remove(str(full.parent))
    if attribute:
        return _class(sys.modules[module_name], attribute, f"{path}:{attribute}")
    from nnconform.adapters.homework import adapter_of

    return adapter_of(sys.modules[module_name], path)


def _import(module: str, name: str) -> object:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise AdapterError(f"the adapter {name!r} needs {error.name}, which is not installed") from None
    except Exception as error:
        raise AdapterError(f"the adapter {name!r} does not import: {_line(error)}") from None


def _class(module: object, attribute: str, name: str) -> type[Adapter]:
    found = getattr(module, attribute, None)
    if found is None:
        classes = [key for key, value in vars(module).items() if isinstance(value, type) and issubclass(value, Adapter)]
        raise AdapterError(f"the adapter {name!r} has no class {attribute!r}; it has {', '.join(classes) or 'none'}")
    return _checked(found, name)


def _checked(found: object, name: str) -> type[Adapter]:
    if not isinstance(found, type) or not issubclass(found, Adapter):
        raise AdapterError(f"the adapter {name!r} is no subclass of nnconform.adapters.Adapter")
    return found


def _line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
