"""The doors between inside and public: the only place where a transaction sees both (DESIGN §2.3)."""
