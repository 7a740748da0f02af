"""Whose homes a post can stand in: the watchers of a batch by what brings posts to them, so that not all are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from torg.live.model import Facts, Watcher


class Homes:
    """Watchers by whom and what they follow, of those people and tags that the batch is about.

    `near(post)` leaves out only watchers whom `rules.reaches_home` would refuse: a home has what oneself wrote, what an
    author, a group or a tag that one follows brings, and, where it is that, what all colleagues write.
    """

    def __init__(self, watchers: Iterable[Watcher]) -> None:
        self._by_id: dict[int, Watcher] = {}
        self._by_person: dict[int, list[int]] = defaultdict(list)
        self._by_tag: dict[str, list[int]] = defaultdict(list)
        self._of_company: list[int] = []
        for watcher in watchers:
            viewer = watcher.viewer
            self._by_id[viewer.account_id] = watcher
            for person in viewer.follows:
                self._by_person[person].append(viewer.account_id)
            for tag in viewer.tags:
                self._by_tag[tag].append(viewer.account_id)
            if viewer.company:
                self._of_company.append(viewer.account_id)

    def near(self, post: Facts) -> list[Watcher]:
        """The watchers to ask, each once, in the order of their ids."""
        source = post.account_id if post.group_id is None else post.group_id
        ids = {post.account_id, *self._by_person.get(source, ()), *self._of_company}
        for tag in post.tags:
            ids.update(self._by_tag.get(tag, ()))
        return [self._by_id[id_] for id_ in sorted(ids) if id_ in self._by_id]
