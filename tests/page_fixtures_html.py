"""A page taken apart, strictly: what a browser would quietly mend is an error here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "input", "br", "img", "link", "hr", "wbr"})


@dataclass
class Element:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """All elements, this one first."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str) -> list[Element]:
        """Every element of a kind."""
        return [item for item in self.walk() if item.tag == tag]

    def by_id(self, name: str) -> Element:
        """The one element of an id."""
        (found,) = (item for item in self.walk() if item.attributes.get("id") == name)
        return found

    def by_class(self, name: str) -> list[Element]:
        """Every element of a class."""
        return [item for item in self.walk() if name in (item.attributes.get("class") or "").split()]

    @property
    def text(self) -> str:
        """All text, white space made single."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    @property
    def hidden(self) -> bool:
        """Whether it or something around it is hidden."""
        return "hidden" in self.attributes or (self.parent is not None and self.parent.hidden)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.place = Element("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        made = Element(tag, dict(attrs), self.place)
        self.place.children.append(made)
        if tag not in VOID:
            self.place = made

    def handle_endtag(self, tag: str) -> None:
        assert self.place.tag == tag, f"</{tag}> closes <{self.place.tag}>"
        assert self.place.parent is not None
        self.place = self.place.parent

    def handle_data(self, data: str) -> None:
        self.place.children.append(data)


def parse(text: str) -> Element:
    """A page as a tree."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.place is builder.root, f"<{builder.place.tag}> is never closed"
    return builder.root
