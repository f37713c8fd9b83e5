# fails: 20 requests at once are answered within a second
import asyncio

from fastapi import FastAPI

app = FastAPI()
lock = asyncio.Lock()


async def load_report():
    async with lock:
        await asyncio.sleep(0.2)
        return True


@app.get("/report")
async def report():
    return {"ready": await load_report()}
