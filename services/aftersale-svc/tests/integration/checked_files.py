"""Files of an order that were uploaded and accepted, without what is in them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftersale_shop import Shop

_INSERT = """
INSERT INTO evidence_files (id, version, order_id, buyer_id, merchant_id, owner_buyer_id, owner_merchant_id, uploader_id, uploader_role,
    kind, media_type, size, sha256, state, whose_turn, refused_because, copy_type, copy_sha256, created_at, uploaded_at,
    updated_at)
SELECT md5(concat(o.id, f.sha256, side.role)), 1, o.id, o.buyer_id, o.merchant_id,
    CASE side.role WHEN 'buyer' THEN o.buyer_id END, CASE side.role WHEN 'seller' THEN o.merchant_id END,
    side.role, side.role, 'photo', 'image/jpeg', 1, f.sha256, $3::text, 'nobody',
    CASE $3 WHEN 'refused' THEN 'malformed' END, CASE $3 WHEN 'accepted' THEN 'image/jpeg' END,
    CASE $3 WHEN 'accepted' THEN 'sha256:1' END, $5, $5, $5
FROM orders o, unnest($2::text[]) f (sha256), unnest($4::text[]) side (role) WHERE o.id = $1
ON CONFLICT DO NOTHING
"""


async def files_of(
    shop: "Shop",
    *hashes: str,
    order_id: str = "ord_1",
    state: str = "accepted",
    sides: Sequence[str] = ("buyer", "seller"),
) -> None:
    """Each of these sides has uploaded files with these hashes for the order, of which this has become."""
    await shop.harness.runtime.pool.execute(_INSERT, order_id, list(hashes), state, list(sides), shop.clock.now())
