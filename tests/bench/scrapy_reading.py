"""Scrapy with parsel on the bench's pages, as its tutorial would have it; run as a script in a process of its own.

Arguments: port, number of pages, the selectors as JSON. Prints `{"pages", "items", "cpu"}`; `cpu` are seconds of user
and system time after the imports.
"""

import json
import resource
import sys
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class ListingSpider(scrapy.Spider):
    """Reads the rows of each page: address, title, author, time and number of comments."""

    name = "listing"
    pages = 0
    items = 0

    def __init__(self, port: int, count: int, selectors: dict[str, str]) -> None:
        super().__init__()
        self.start_urls = [f"http://127.0.0.1:{port}/page/{number}" for number in range(count)]
        self.selectors = selectors

    def parse(self, response: Response) -> Any:
        self.pages += 1
        for row in response.css(self.selectors["rows"])[:500]:
            address = row.css("a[href]::attr(href)").get()
            if not address:
                continue
            self.items += 1
            yield {
                "url": response.urljoin(address),
                "title": "".join(row.css(self.selectors["title"]).css("::text").getall()).strip(),
                "author": "".join(row.css(self.selectors["author"]).css("::text").getall()).strip(),
                "time": row.css(f"{self.selectors['time']}::text").get(),
                "comments": row.css(f"{self.selectors['comments']}::text").get(),
            }


def main() -> None:
    port, count, selectors = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    settings = {
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 20,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 20,
        "DOWNLOAD_DELAY": 0,
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(ListingSpider)
    began = cpu()
    process.crawl(crawler, port=port, count=count, selectors=selectors)
    process.start()
    assert isinstance(crawler.spider, ListingSpider)
    print(json.dumps({"pages": crawler.spider.pages, "items": crawler.spider.items, "cpu": cpu() - began}))


if __name__ == "__main__":
    main()
