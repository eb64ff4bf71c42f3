"""The offers about a case that its events add up to, by their number: the type, the amount, and what became of each."""

from collections.abc import Mapping

from aftercare_events import (
    AfterSaleShareChanged,
    Event,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
)

Offers = Mapping[int, tuple[str, int, str]]
OFFERS_ENDED: Mapping[type[Event], str] = {
    OfferAccepted: "accepted",
    OfferDeclined: "declined",
    OfferLapsed: "lapsed",
    OfferWithdrawn: "withdrawn",
}


def offers_after(offers: Offers, event: Event) -> Offers:
    """The offers after this event; as they were after one of another kind."""
    if isinstance(event, OfferMade):
        return {**offers, event.number: (event.offered_type, event.amount_minor, "open")}
    if isinstance(event, AfterSaleShareChanged) and event.offered_minor is not None:
        return {
            number: (type_, event.offered_minor if state == "open" else amount, state)
            for number, (type_, amount, state) in offers.items()
        }
    ended = OFFERS_ENDED.get(type(event))
    if ended is None:
        return offers
    number: int = event.number  # type: ignore[attr-defined]
    return {**offers, number: (*offers[number][:2], ended)}
