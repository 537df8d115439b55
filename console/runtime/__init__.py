"""What is made once for a process: receiver, application, server, and the loops of the roles."""
