from kb_svc.main import cli

cli()
