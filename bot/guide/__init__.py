"""The guide for users: what can be asked, from the data, the language and real answers.

Made for the documentation (``make guide``), never while answering.
"""
