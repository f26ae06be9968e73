"""The configuration handed to whoever owns a part of it: at the start, and anew on a reload."""

from .actor import REFUSED as REFUSED
from .actor import Configuration as Configuration
from .hangups import outlive_hangups as outlive_hangups
from .owners import Owners as Owners
from .owners import api_rules as api_rules
from .owners import auth_settings as auth_settings
from .owners import cleanup_settings as cleanup_settings
from .owners import http_settings as http_settings
from .owners import limit_settings as limit_settings
from .owners import log_settings as log_settings
from .owners import preference_defaults as preference_defaults
from .owners import recording_settings as recording_settings
from .owners import redactor as redactor
from .owners import session_settings as session_settings
from .owners import stream_rules as stream_rules
from .owners import tmux_settings as tmux_settings
from .owners import trash_settings as trash_settings
from .owners import worktree_settings as worktree_settings
from .types import HeldConfig as HeldConfig
from .types import HeldSetting as HeldSetting
from .types import Reloaded as Reloaded
