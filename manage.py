#!/usr/bin/env python3
"""The entry point: every command of Sentinel and of Django."""

import os
import sys

from django.core.management import execute_from_command_line

from monitoring.lab.runner import run as run_lab

if __name__ == "__main__":
    if sys.argv[1:2] == ["lab"]:  # needs no Django
        sys.exit(run_lab(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
    execute_from_command_line(sys.argv)
