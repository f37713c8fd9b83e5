# fails: 20 requests at once are answered within a second
import time
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

app = FastAPI()
pool = ThreadPoolExecutor(40)


def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
async def report():
    return {"ready": pool.submit(load_report).result()}
