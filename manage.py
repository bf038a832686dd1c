#!/usr/bin/env python3
"""The entry point: every command of Sentinel and of Django."""

import os
import sys

from django.core.management import execute_from_command_line

from monitoring.management.commands.lab import Command as Lab

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
    if sys.argv[1:2] == ["lab"]:  # pure decisions need no models: loading them would double the time to start
        Lab().run_from_argv(sys.argv)
    else:
        execute_from_command_line(sys.argv)
