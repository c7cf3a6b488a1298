"""The steps of reading one question; :mod:`bot.interpret` takes them in order."""
