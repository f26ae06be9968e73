"""The plugin by which opencode calls us: a file of its own, ours from the first line. Pure."""

import json
from collections.abc import Sequence

from .types import NotOurs

FIRST_LINE = "// Written by rdv hooks install; rdv hooks remove takes it away.\n"

TEXT = """\
import { spawn } from "node:child_process";

const RDV = %s;
const REPORTS = {
  "session.created": "session_start",
  "session.idle": "task_complete",
  "session.error": "error",
  "session.compacted": "compacting",
  "session.deleted": "session_end",
  "permission.asked": "waiting",
  "permission.updated": "waiting",
};

// It never waits for rdv, and nothing that goes wrong there is an error here.
function report(word, payload) {
  try {
    const stdio = ["pipe", "ignore", "ignore"];
    const child = spawn(RDV[0], [...RDV.slice(1), "hook", word, "--agent", "opencode"], { stdio });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify(payload));
    child.unref();
  } catch {}
}

export const Rdvd = async () => {
  if (!process.env.RDV_SESSION_ID) return {};
  return {
    event: async ({ event }) => {
      const told = event.properties ?? {};
      const id = told.sessionID ?? told.info?.id;
      if (REPORTS[event.type]) report(REPORTS[event.type], { session_id: id });
    },
    "tool.execute.before": async (input) => report("tool", { session_id: input.sessionID }),
  };
};
"""


def plugin(before: str | None, rdv: Sequence[str]) -> str:
    if before is not None and not is_plugin(before):
        raise NotOurs("a file of this name is there and was not written by rdv; move it away")
    return FIRST_LINE + TEXT % json.dumps(list(rdv))


def is_plugin(text: str) -> bool:
    return text.startswith(FIRST_LINE)
