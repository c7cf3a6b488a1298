"""Examples in the guide for users that are not answered as the guide says."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.project import Finding, Project
from bot.conversation import Conversation
from bot.files import FileError
from bot.guide.texts import NAME, load_guide


def check_guide(project: Project) -> Iterator[Finding]:
    """All findings about the examples in the guide."""
    try:
        guide = load_guide(project.intents, project.engine.publications)
    except FileError as error:
        yield from map(Finding.of, error.faults)
        return
    for name, examples in guide.examples.items():
        path = project.folders[name] / NAME
        for kind in examples.examples:
            due = guide.kinds[kind].status
            for number, turns in enumerate(examples.of(kind)):
                before = Conversation()
                for turn in turns:
                    answer = project.engine.ask(turn, before)
                    before = answer.conversation
                if answer.status not in due:
                    line = project.texts(path)["examples", kind, str(number)].line
                    message = (
                        f"'{turns[-1]}' is an example of {kind}, to be {' or '.join(due)} (the "
                        f"bot says: {answer.status}); mend the question, or its kind"
                    )
                    yield Finding(path, line, True, message)
