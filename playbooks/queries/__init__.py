"""What the pages of the crisis workflow show, read and put into words; one file a page."""
