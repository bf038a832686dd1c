#!/usr/bin/env python3
"""The entry point: every command of Sentinel and of Django."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
    execute_from_command_line(sys.argv)
