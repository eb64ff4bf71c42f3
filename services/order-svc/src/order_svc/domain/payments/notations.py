"""In which units payment providers write amounts: those of ISO 4217, but for some currencies of Stripe (docs.stripe.com/currencies)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notation:
    """How a provider writes an amount that is stated in minor units of ISO 4217: `times` as many units, or one for `per` of them.

    It takes multiples of `step` minor units only.
    """

    step: int = 1
    times: int = 1
    per: int = 1

    def written(self, minor: int) -> int:
        """The amount as the provider writes it. Raises: ValueError where it is no multiple of `step`."""
        if minor % self.step:
            raise ValueError(f"{minor} is no multiple of {self.step}")
        return minor * self.times // self.per

    def read(self, written: int) -> int:
        """The amount in minor units. Raises: ValueError where it has a part of one."""
        minor, part = divmod(written * self.per, self.times)
        if part:
            raise ValueError(f"{written} is no multiple of {self.times}")
        return minor


ISO_4217 = Notation()
_HUNDREDFOLD = Notation(times=100)
_WHOLE_UNITS = Notation(step=100, per=100)
_TENS = Notation(step=10)
_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR
FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP TRY TTD
TWD TZS UAH USD UYU UZS WST XCD XCG YER ZAR ZMW
"""
_NO_DECIMALS = "BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD JOD KWD OMR TND"
STRIPE: Mapping[str, Notation] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), ISO_4217),
    **dict.fromkeys(_NO_DECIMALS.split(), ISO_4217),
    **dict.fromkeys(_THREE_DECIMALS.split(), _TENS),
    "MGA": _WHOLE_UNITS,
    "ISK": _HUNDREDFOLD,
    "UGX": _HUNDREDFOLD,
}
"""The currencies that Stripe charges. Three-decimal amounts end in 0. MGA has no decimals there and two by ISO 4217; ISK and UGX have none by
ISO 4217 and are written there with two, which are 00. HUF and TWD are charged with two decimals; only payouts of them have none."""
STRIPE_LEAST: Mapping[str, int] = {
    **dict.fromkeys(("AUD", "BRL", "CAD", "CHF", "EUR", "INR", "JPY", "NZD", "SGD", "USD"), 50),
    "AED": 200,
    "BGN": 100,
    "CZK": 1500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "THB": 1000,
}
"""The smallest payments that Stripe takes, in minor units (docs.stripe.com/currencies, "Minimum and maximum charge amounts"). They are those
of the currency in which it pays out: of a payment in another one it takes what comes to that."""
