"""Text messages 短信 by a provider. `aliyun.py` is the adapter for Alibaba Cloud (help.aliyun.com/zh/sms)."""
