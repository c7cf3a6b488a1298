"""The answers, one module for each kind of question; :mod:`bot.reply` chooses among them."""
