complete --keep-order --exclusive --command ddctl --arguments "(DDCTL_COMPLETE=fish ddctl -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
