"""Fills /dev/shm and every other folder that can be written.

accept: exited
exit_code: 0
"""

import os

for folder in ("/dev/shm", "/tmp", "/run", "/var/tmp", "/", "/dev", "/etc", "/opt"):
    try:
        with open(folder + "/filler", "wb") as file:
            while True:
                file.write(bytes(1_000_000))
    except OSError:
        pass
used = sum(os.stat(folder + "/filler").st_size for folder in ("/dev/shm", "/tmp"))
os._exit(0 if used <= 5 * 2**20 else 9)
