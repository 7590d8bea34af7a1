"""Who may do what, as one declared table over every route and every command, and the world it is tried in."""
