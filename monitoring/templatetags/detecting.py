"""Filters of the page that turns an address into a source."""

from django import template
from django.core import signing

from monitoring.detecting.offers import Offer
from monitoring.detecting_wording import check_name, check_text, offer_name, offer_sign

DRAFT_SALT = "monitoring.draft-source"

register = template.Library()
register.filter("check_name", check_name)
register.filter("check_text", check_text)
register.filter("offer_name", offer_name)
register.filter("offer_sign", offer_sign)


@register.filter
def as_draft(offer: Offer) -> str:
    """An offer's definition, signed, for the page on which it is edited by hand."""
    return signing.dumps(offer.definition, salt=DRAFT_SALT, compress=True)
