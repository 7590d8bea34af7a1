"""Views, one module per area: look up, call one function, respond."""
