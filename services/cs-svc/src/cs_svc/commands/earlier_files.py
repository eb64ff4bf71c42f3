"""Files that builds of before stored with their messages unchecked: adopted one by one, and checked as all others."""

from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import attachments
from cs_svc.integrations.channels.port import File
from cs_svc.settings import Settings
from cs_svc.tables.conversations import MESSAGES, SHOW_FILE
from cs_svc.tables.inbound import FORGET_EARLIER_FILE, NEXT_EARLIER_FILE


async def adopt(tx: Transaction[Settings]) -> bool:
    """Adopt a file; whether there was one."""
    found = await tx.one(NEXT_EARLIER_FILE)
    if found is None:
        return False
    message = await tx.lock(MESSAGES, found["message_id"])  # a merge that moves it takes the file along
    file = File(
        name=found["name"],
        media_type=found["media_type"],
        size_bytes=found["size_bytes"],
        sha256=found["sha256"],
        content=found["content"],
    )
    adopted = await attachments.receive(tx, found["id"], message, message.channel, file)
    await tx.execute(SHOW_FILE, message_id=message.id, file=adopted.shown())
    await tx.execute(FORGET_EARLIER_FILE, file_id=found["id"])
    return True
