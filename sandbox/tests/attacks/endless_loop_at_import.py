"""Never finishes loading.

accept: timed_out
"""

while True:
    pass
