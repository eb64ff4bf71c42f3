"""Wake-ups inside one process: whoever waits for work starts as soon as there is some."""

import asyncio


class Wakeup:
    """Rung after a commit that left events or work behind; whoever waits on it in this process starts at once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """True when it rang, False when `seconds` went by in silence."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True
