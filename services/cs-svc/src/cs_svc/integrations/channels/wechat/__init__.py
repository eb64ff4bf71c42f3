"""Customer messages of WeChat 微信客服消息, of official accounts and mini programs (developers.weixin.qq.com/doc)."""
