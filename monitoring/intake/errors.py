"""How a file can fail to be a table (pure)."""


class TableError(ValueError):
    """A file that cannot be read as rows.

    `code` is one of: unknown-format, old-excel (.xls), other-workbook (.xlsb, .ods, .numbers, any other ZIP), empty,
    malformed, too-many-columns, too-many-rows, line-too-long, bomb (it unpacks to more than can be read), encrypted,
    too-large-whole (a web page, XML or one JSON value, which are held in memory).
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
