"""Commands, tried one by one, with and without a running `serve`."""
