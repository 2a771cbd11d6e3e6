"""The pages an officer answers on."""
