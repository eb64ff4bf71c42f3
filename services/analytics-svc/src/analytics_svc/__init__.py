"""analytics-svc 数据统计分析系统: the traceability record and the figures, built from events alone."""
