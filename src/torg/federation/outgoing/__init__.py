"""What other servers are told: effects of the events by our own people, each an activity for exact recipients.

Nothing that came from outside is sent on, but what a group of ours announces (FEP-1b12). In a network that does not
federate no effect does anything at all (DESIGN §2.3).
"""
