"""Pure foundations: ids, clock, errors, actor, page, config. No I/O."""
