"""Filters of the page that turns an address into a source."""

from django import template

from monitoring.detecting_wording import check_name, check_text, offer_name, offer_sign

register = template.Library()
register.filter("check_name", check_name)
register.filter("check_text", check_text)
register.filter("offer_name", offer_name)
register.filter("offer_sign", offer_sign)
