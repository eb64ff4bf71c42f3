"""SLA 服务时限: policies, calendars, and the clocks that run while somebody owes an answer."""
