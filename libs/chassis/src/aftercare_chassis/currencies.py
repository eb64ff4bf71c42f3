"""ISO 4217: every active currency with its exponent. Codes without an exponent (metals, drawing rights) are not accepted.

A test compares the table with the package iso4217. The table is not read from the package: whether a code that ISO retires
is removed depends on the documents that hold amounts in it, not on the version of a package.
"""

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_ZERO.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}
"""How many decimal places a currency's minor unit has: CNY 2, JPY 0, KWD 3."""


def written(minor: int, currency: str) -> str:
    """The amount as text, `101.00 CNY`, `500 JPY` or `1.250 KWD`; `minor` is in minor units of `currency`."""
    places = EXPONENTS[currency]
    whole, fraction = divmod(abs(minor), 10**places)
    digits = f"{whole}.{fraction:0{places}d}" if places else str(whole)
    return f"{'-' if minor < 0 else ''}{digits} {currency}"
