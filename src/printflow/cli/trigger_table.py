"""The commands that pull a trigger: read from the triggers' records."""

from __future__ import annotations

from collections.abc import Mapping

from printflow.domain.trigger import Trigger

TRIGGER_COMMANDS: Mapping[str, Trigger] = {
    trigger.record.command: trigger for trigger in Trigger if trigger.record.command
}
"""What is typed for each trigger."""


def command_name(trigger: Trigger) -> str:
    """What is typed to pull the trigger; one that has no command goes by its own name."""
    return trigger.record.command or trigger.value
