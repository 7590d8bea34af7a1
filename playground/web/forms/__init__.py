"""Forms, one module per area: what people type, checked for its shape. What it means is refused by the verbs below."""
