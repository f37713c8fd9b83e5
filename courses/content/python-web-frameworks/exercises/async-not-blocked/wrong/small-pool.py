# fails: 20 requests at once are answered within a second
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

app = FastAPI()
pool = ThreadPoolExecutor(2)


def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
async def report():
    loop = asyncio.get_running_loop()
    return {"ready": await loop.run_in_executor(pool, load_report)}
