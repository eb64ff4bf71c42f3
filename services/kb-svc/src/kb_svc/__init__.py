"""kb-svc 知识库系统: policies and articles in versions, and a search in them."""
