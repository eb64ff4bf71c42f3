"""A bot of QQ 机器人: private (C2C) and group messages (bot.q.qq.com/wiki)."""
