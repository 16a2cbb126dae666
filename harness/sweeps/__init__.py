"""Every value of a dtype, or a documented sample of them, asked of an operation of one input."""
