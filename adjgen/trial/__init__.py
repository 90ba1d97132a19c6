"""The child process of `verify`: runs a generated module at points and checks what it returns."""
