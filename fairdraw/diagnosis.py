def diagnose(pool, plan):
    raise NotImplementedError
