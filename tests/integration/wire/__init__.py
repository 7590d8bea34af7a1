"""The client against real sockets: one module for each thing that a provider, a network or an attacker does."""
