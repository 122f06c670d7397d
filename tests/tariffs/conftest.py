"""Laws are tried on few examples here; `HYPOTHESIS_PROFILE=many` tries more."""

import os

from hypothesis import settings

settings.register_profile("tariffs", max_examples=40, deadline=None)
settings.register_profile("many", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tariffs"))
