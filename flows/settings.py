"""What every run and the lasting service begin with."""

from tracker.private import enter
from tracker.settings import Settings, load_settings


def entered_settings() -> Settings:
    """Return the settings, with the store's folder closed to other accounts."""
    settings = load_settings()
    enter(settings.var)
    return settings
