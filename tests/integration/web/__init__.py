"""Pages over HTTP: what people see and may do, form by form."""
