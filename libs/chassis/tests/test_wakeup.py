"""A wake-up ends the wait of one loop, and is kept where none waits."""

import asyncio

from aftercare_chassis.wakeup import Wakeup


async def started(wakeup: Wakeup, number: int) -> list[asyncio.Task[bool]]:
    tasks = [asyncio.create_task(wakeup.wait(60)) for _ in range(number)]
    await asyncio.sleep(0)
    return tasks


async def test_a_notification_before_the_wait_ends_it() -> None:
    wakeup = Wakeup()
    wakeup.notify()
    assert await wakeup.wait(60)
    assert not await wakeup.wait(0)


async def test_a_notification_wakes_one_of_several() -> None:
    wakeup = Wakeup()
    tasks = await started(wakeup, 3)
    for count in (1, 2, 3):
        wakeup.notify()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert sum(task.done() for task in tasks) == count
    assert all(task.result() for task in tasks)


async def test_one_that_waits_no_longer_takes_no_notification() -> None:
    wakeup = Wakeup()
    assert not await wakeup.wait(0)
    [cancelled] = await started(wakeup, 1)
    cancelled.cancel()
    wakeup.notify()
    [other] = await started(wakeup, 1)
    assert await other


async def test_a_wait_ends_when_the_process_does() -> None:
    wakeup, stop = Wakeup(), asyncio.Event()
    with wakeup.ending(stop):
        [waiting] = await started(wakeup, 1)
        stop.set()
        assert await waiting
