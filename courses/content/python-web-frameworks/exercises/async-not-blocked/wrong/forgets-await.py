# fails: GET /report answers 200
import asyncio
import time

from fastapi import FastAPI

app = FastAPI()


def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
async def report():
    return {"ready": asyncio.to_thread(load_report)}
