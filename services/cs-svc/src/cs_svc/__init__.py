"""cs-svc 客服系统: conversations, complaints, feedback and ratings."""
