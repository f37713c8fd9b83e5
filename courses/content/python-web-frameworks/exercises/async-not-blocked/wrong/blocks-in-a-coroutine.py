# fails: 20 requests at once are answered within a second
import time

from fastapi import FastAPI

app = FastAPI()


async def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
async def report():
    return {"ready": await load_report()}
